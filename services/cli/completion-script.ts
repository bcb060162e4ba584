/** Completion for shells, written from the tree of commands, so that it never falls behind it. */
import type { Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What can follow the words of one command. */
interface Stop {
  /** `''` for the program itself, else each word with a space before it: ` deliveries list`. */
  readonly at: string;
  readonly words: readonly { readonly word: string; readonly description: string }[];
  readonly options: readonly OptionWord[];
}

interface OptionWord {
  readonly word: string;
  readonly description: string;
  /** Null for an option without a value, empty for any value. */
  readonly choices: readonly string[] | null;
}

/** A script to source in `shell`. Completes commands, options, and the values of options that have a choice. */
export function completionScript(shell: Shell, program: Command): string {
  const stops = stopsOf(program, '');
  switch (shell) {
    case 'bash':
      return bashScript(stops);
    case 'zsh':
      return zshScript(stops);
    case 'fish':
      return fishScript(stops);
  }
}

function stopsOf(command: Command, at: string): readonly Stop[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((child) => child.name() !== 'help');
  help.showGlobalOptions = true;
  const options = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  return [
    {
      at,
      words: [
        ...commands.map((child) => ({ word: child.name(), description: child.description() })),
        ...choices.map((word) => ({ word, description: '' })),
      ],
      options: options.flatMap(optionWord),
    },
    ...commands.flatMap((child) => stopsOf(child, `${at} ${child.name()}`)),
  ];
}

function optionWord({ long, description, argChoices, required, optional }: Option): OptionWord[] {
  if (long === undefined || long === null) return [];
  return [{ word: long, description, choices: required || optional ? (argChoices ?? []) : null }];
}

/** The patterns of a `case` that takes in one more word of a command. */
const commandPatterns = (stops: readonly Stop[], separator: string): string =>
  stops
    .filter(({ at }) => at !== '')
    .map(({ at }) => quoted(at))
    .join(separator);

/**
 * In single quotes, where no shell expands anything. Each has its own way to write an apostrophe or a backslash
 * in them, so a typographic apostrophe stands for the one, and the other, which no help text needs, is left out.
 */
const quoted = (text: string): string => `'${text.replaceAll('\\', '').replaceAll("'", '’')}'`;

function bashScript(stops: readonly Stop[]): string {
  const everyWord = (stop: Stop): string =>
    [...stop.words, ...stop.options].map(({ word }) => word).join(' ');
  return `# bash completion for webhooks
_webhooks() {
  local at='' i words=''
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${commandPatterns(stops, ' | ')}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at \${COMP_WORDS[COMP_CWORD - 1]}" in
${valuesOf(stops)
  .map(({ after, choices }) => `    ${after.map(quoted).join(' | ')}) words=${quoted(choices.join(' '))} ;;`)
  .join('\n')}
    *)
      case "$at" in
${stops.map((stop) => `        ${quoted(stop.at)}) words=${quoted(everyWord(stop))} ;;`).join('\n')}
      esac
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _webhooks webhooks`;
}

/** What can stand after an option that takes a value: options with the same choice together. */
function valuesOf(
  stops: readonly Stop[],
): { readonly after: readonly string[]; readonly choices: readonly string[] }[] {
  const byChoices = new Map<string, { after: string[]; choices: readonly string[] }>();
  for (const { at, options } of stops) {
    for (const { word, choices } of options) {
      if (choices === null) continue;
      const alike = byChoices.get(choices.join(' ')) ?? { after: [], choices };
      alike.after.push(`${at} ${word}`);
      byChoices.set(choices.join(' '), alike);
    }
  }
  return [...byChoices.values()];
}

function zshScript(stops: readonly Stop[]): string {
  const described = ({ word, description }: { word: string; description: string }): string =>
    quoted(description === '' ? word : `${word}:${description}`);
  return `#compdef webhooks
compdef _webhooks webhooks
_webhooks() {
  local at='' i
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
      (${commandPatterns(stops, '|')}) at="$at \${words[i]}" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${valuesOf(stops)
  .map(
    ({ after, choices }) =>
      `    (${after.map(quoted).join('|')}) found=(${choices.map(quoted).join(' ')}) ;;`,
  )
  .join('\n')}
    (*)
      case "$at" in
${stops
  .map(
    (stop) =>
      `        (${quoted(stop.at)}) found=(${[...stop.words, ...stop.options].map(described).join(' ')}) ;;`,
  )
  .join('\n')}
      esac
      ;;
  esac
  if (( \${#found} )); then _describe 'webhooks' found; else _files; fi
}
if [ "$funcstack[1]" = "_webhooks" ]; then _webhooks "$@"; fi`;
}

function fishScript(stops: readonly Stop[]): string {
  const lines = stops.flatMap((stop) => {
    const here = `complete -c webhooks -n "__webhooks_at ${quoted(stop.at)}"`;
    return [
      ...stop.words.map(({ word, description }) => `${here} -f -a ${word} -d ${quoted(description)}`),
      ...stop.options.map(({ word, description, choices }) => {
        const value =
          choices === null ? '' : choices.length === 0 ? ' -r' : ` -x -a ${quoted(choices.join(' '))}`;
        return `${here} -l ${word.slice(2)}${value} -d ${quoted(description)}`;
      }),
    ];
  });
  return `# fish completion for webhooks
function __webhooks_at
  set -l at ''
  set -l given (commandline -opc)
  set -e given[1]
  for word in $given
    switch "$at $word"
      case ${commandPatterns(stops, ' ')}
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}`;
}
