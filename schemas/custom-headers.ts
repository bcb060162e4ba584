/** The headers that a customer may add to the requests of a subscription. */
import { z } from 'zod';

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
// What frames the request, or signs it: a customer's value would break the one or forge the other.
const RESERVED_HEADER =
  /^(?:host|content-length|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|proxy-.*|x-broxi-.*|webhook-.*)$/i;

/** Header name → value, at most 50, none of them ours. */
export const CustomHeaders = z
  .record(z.string(), z.string().max(4_096).regex(HEADER_VALUE, 'expected a header value on one line'))
  .superRefine((headers, context) => {
    const names = Object.keys(headers);
    if (names.length > 50) context.addIssue('expected at most 50 headers');
    const seen = new Set<string>();
    for (const name of names) {
      const issue =
        nameIssue(name) ?? (seen.has(name.toLowerCase()) ? 'given twice (header names ignore case)' : null);
      seen.add(name.toLowerCase());
      if (issue !== null) context.addIssue({ code: 'custom', path: [name], message: issue });
    }
  });

/** The same rules for one header that is about to be sent: what was stored may be older than they are. */
export const isCustomHeader = (name: string, value: string): boolean =>
  nameIssue(name) === null && HEADER_VALUE.test(value);

function nameIssue(name: string): string | null {
  if (!HEADER_NAME.test(name)) return 'not a valid header name';
  return RESERVED_HEADER.test(name) ? 'this header is set by the sender and cannot be overridden' : null;
}
