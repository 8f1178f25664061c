import { functionPattern, revisionPattern } from '../../domain/data/resource-name.ts';
import { text } from '../../domain/inputs/kinds.ts';

/** Names that several groups take. */

export const functionName = text({
  pattern: functionPattern,
  expected:
    'the name of a function: a letter, then letters, digits, hyphens or underscores, at most 63, not ending with a hyphen or an underscore',
});

export const regionName = text({ pattern: /^[a-z]+-[a-z]+\d+$/, expected: 'a region such as us-central1' });

export const revisionName = text({
  pattern: revisionPattern,
  expected: 'a revision such as ocr-api-00042-duk',
});

export const accountEmail = text({
  pattern: /^([a-z0-9][\w.-]*@[a-z0-9][a-z0-9.-]*\.[a-z]+|\d{15,30})$/,
  expected: 'the e-mail of a service account, such as deployer@my-project.iam.gserviceaccount.com',
  maxLength: 320,
});

/** A full resource name such as `projects/P/topics/T`. Each single capital stands for one part. */
export const resourceName = (shape: string) =>
  text({ pattern: new RegExp(`^${shape.replace(/\b[A-Z]\b/g, '[^/]+')}$`), expected: shape });
