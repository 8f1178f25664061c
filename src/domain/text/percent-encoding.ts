/** RFC 3986: encodes everything but the unreserved characters, which leaves less than encodeURIComponent does. */
export const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
