import { definitions } from '../../domain/inputs/definition.ts';
import { text } from '../../domain/inputs/kinds.ts';
import { defineRegistry } from '../definition.ts';
import { parseMlflow } from './reference.ts';

const inputs = definitions({
  mlflow_token: {
    kind: text({ expected: 'a token', maxLength: 8000 }),
    sentence:
      'Bearer token for the MLflow server that `model` names, or with `mlflow_user` its password, from a secret. It is masked and sent only over https.',
    example: '(a secret)',
    otherwise: '`MLFLOW_TRACKING_TOKEN`, or `MLFLOW_TRACKING_PASSWORD` with `MLFLOW_TRACKING_USERNAME`',
    secret: true,
  },
  mlflow_user: {
    kind: text({ pattern: /^[\w.@+-]{1,200}$/, expected: 'the name of a user' }),
    shown: 'plain',
    sentence:
      'User for basic authentication at the MLflow server. The password is the token, or else the variable `MLFLOW_TRACKING_PASSWORD`.',
    example: 'release',
    otherwise: 'none',
  },
});

export const mlflow = defineRegistry({
  prefix: 'mlflow://',
  example: 'mlflow://mlflow.example.com/ocr@candidate',
  sentence: 'a registered model of MLflow by an alias; `/versions/7` instead of it names a version',
  inputs,
  hasAliases: true,
  parse: parseMlflow,
  settings({ mlflow_token: token, mlflow_user: user }) {
    return { token, user };
  },
  async open(world, { text: asked, reference }, settings) {
    const [{ createMlflow }, { createMlflowApi }, { credentialsOf }] = await Promise.all([
      import('./mlflow.ts'),
      import('./api.ts'),
      import('./credentials.ts'),
    ]);
    const { base } = reference;
    const headers = () => credentialsOf(settings, world.outside, base);
    const api = createMlflowApi({ ...world, base, headers });
    return createMlflow({ api, rest: world.rest }, asked, reference);
  },
});
