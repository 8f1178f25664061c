import { explainToken, explainWorkspace } from '../../../../src/azure/explain.ts';
import { app, foreign, home, issuer, subject } from '../../azure/scenes.ts';
import { type Printed, printed } from './here.ts';

/** The commands for a workspace of Azure Monitor. */

const refused = (code: number, tenant = home) =>
  explainToken(
    { error: 'invalid_client', code, message: '' },
    { tenant, client: app, claims: { iss: issuer, sub: subject } },
  ).commands;

export const azureCommands = (): Printed[] => [
  ...printed('azure, no federated credential for this run', refused(700213)),
  ...printed('azure, a tenant without the app', refused(700016, foreign)),
  ...printed('azure, no such tenant', refused(90002, 'misspelt.onmicrosoft.com')),
  ...printed('azure, a workspace that may not be read', explainWorkspace(app).commands),
];
