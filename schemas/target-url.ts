/** The grammar of a url that events are POSTed to: a subscription's own, and that of each of its routes. */
import { z } from 'zod';

/**
 * An absolute http or https url without credentials, of at most 2,048 characters, kept as it was written.
 * Whether plain http may be used, and whether the address is public, is the deployment's choice and not judged here.
 */
export const TargetUrl = z
  .string()
  .max(2_048)
  .superRefine((text, context) => {
    if (!URL.canParse(text)) {
      context.addIssue('expected an absolute url such as https://example.com/webhooks');
      return;
    }
    const url = new URL(text);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      context.addIssue(`expected an https url, got the scheme "${url.protocol.slice(0, -1)}"`);
    }
    if (url.username !== '' || url.password !== '') {
      context.addIssue('a url must not carry a user name or password; use "headers" for credentials');
    }
  })
  .meta({ format: 'uri', description: 'http or https, without user name and password.' });
