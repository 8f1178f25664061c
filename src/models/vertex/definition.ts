import { defineRegistry } from '../definition.ts';
import { aliasPattern, parseVertex } from './reference.ts';

export const vertex = defineRegistry({
  prefix: 'vertex://',
  example: 'vertex://ocr@candidate',
  sentence:
    'a model of the Vertex AI Model Registry in the project and region of the release by an alias or a version; `vertex://projects/P/locations/R/models/ocr@7` names another place',
  inputs: {},
  hasAliases: true,
  aliasPattern,
  parse: parseVertex,
  settings: () => undefined,
  placeOf: ({ project }) => ({ at: 'vertex', project }),
  async open({ rest, project, region }, { text, reference }) {
    const { createVertexModels } = await import('./models.ts');
    const place = { project: reference.project ?? project, location: reference.location ?? region };
    return createVertexModels(rest, text, { ...reference, ...place });
  },
});
