const { Failure } = require('./failure.js');
const { languages } = require('./recognizer.js');

/**
 * What a request may choose: `?language=eng` reads one language of several, and `?characters=0123456789.` only these characters. Both
 * change the text, so a cache needs both in its key.
 */
function optionsOf(query = {}) {
  const language = query.language ?? languages.join('+');
  const characters = query.characters ?? '';
  if (typeof language !== 'string' || language.split('+').some((one) => !languages.includes(one)))
    throw new Failure(400, `language must be one or more of ${languages.join(', ')}, joined by +.`);
  if (typeof characters !== 'string' || characters.length > 200)
    throw new Failure(400, 'characters must be at most 200 characters.');
  return { language, characters };
}

module.exports = { optionsOf };
