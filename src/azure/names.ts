/** The shapes of names of Azure. The inputs use them, so this file loads nothing. */

const guid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
export const guidPattern = new RegExp(`^${guid}$`, 'i');
/** A directory has an id and one or several domains. */
export const directoryPattern = new RegExp(`^(?:${guid}|(?:[a-z0-9-]{1,63}\\.)+[a-z]{2,63})$`, 'i');
