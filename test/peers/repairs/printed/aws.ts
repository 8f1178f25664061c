import { AwsError } from '../../../../src/aws/errors.ts';
import { explainAssume, explainDenied, readsPrometheus } from '../../../../src/aws/login.ts';
import { runsPipelines } from '../../../../src/aws/sagemaker.ts';
import { type Printed, printed } from './here.ts';

/** The commands for a source of counts and for a pipeline in AWS. */

const role = 'arn:aws:iam::123456789012:role/counts';
const refused = (code: string, message = '') => new AwsError('call', 400, code, message);

export const awsCommands = (): Printed[] => [
  ...printed(
    'aws, no provider for GitHub',
    explainAssume(refused('InvalidIdentityToken', 'No OpenIDConnect provider found in your account'), role)
      .commands,
  ),
  ...printed(
    'aws, another audience',
    explainAssume(refused('InvalidIdentityToken', 'Incorrect token audience'), role).commands,
  ),
  ...printed('aws, a trust policy', explainAssume(refused('AccessDenied'), role).commands),
  ...printed('aws, counts that may not be read', explainDenied(refused('AccessDenied'), role).commands),
  ...printed(
    'aws, a Prometheus that may not be read',
    explainDenied(refused('AccessDenied'), role, readsPrometheus).commands,
  ),
  ...printed(
    'aws, a pipeline that may not be started',
    explainDenied(refused('AccessDenied'), role, runsPipelines).commands,
  ),
];
