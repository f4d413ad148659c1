/**
 * The headers that every answer carries, and no more: answers are data, which a browser must neither take for a page
 * nor show inside of one. The playground, which is a page, has its own policy in their place.
 *
 * - `nosniff`: JSON that holds what a client sent is never run as something else.
 * - `content-security-policy`, and `x-frame-options` for browsers that do not know `frame-ancestors`: an answer that is
 *   opened as a page loads and runs nothing, and stands in no frame.
 * - `cache-control`: a prediction is for whoever asked for it; a GET would else be kept by caches that guess.
 * - `referrer-policy`: queries in the URL of a GET are told to no other site.
 * - `strict-transport-security` under TLS alone, where it is allowed (RFC 6797, section 7.2): browsers come back by
 *   HTTPS for a year. It says nothing of subdomains, which are not ours.
 */
export function securityHeaders(isSecure: boolean): Readonly<Record<string, string>> {
  return {
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    ...(isSecure ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}
