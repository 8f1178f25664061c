import { catalog } from '../../../../src/domain/errors/catalog.ts';
import { here, type Printed, printed } from './here.ts';

/** Commands in the text of the page of errors. Its words in capitals stand for what the reader has. */
const placeholders: Readonly<Record<string, string>> = {
  PROJECT: here.project,
  REGION: here.region,
  NAME: 'ocr',
  SERVICE: 'ocr',
  ACCOUNT: here.deployer,
  IDENTITY: here.deployer,
  PROVIDER: `projects/${here.number}/locations/global/workloadIdentityPools/github/providers/gh`,
  POOL: `projects/${here.number}/locations/global/workloadIdentityPools/github`,
  FOLDER: 'functions/ocr',
  ADDRESS: 'https://example.com/',
  ISSUER: 'https://token.actions.githubusercontent.com',
};

export const filled = (command: string): string =>
  command.replace(/(?<![$\w{])[A-Z]{2,}(?:_[A-Z]+)*\b/g, (word) => placeholders[word] ?? word);

const programs = /^(gcloud|curl|openssl|npm|npx|df|ls) /;

export const pageCommands = (): Printed[] =>
  Object.entries(catalog).flatMap(([code, entry]) =>
    Object.values(entry)
      .filter((text) => typeof text === 'string')
      .flatMap((text) => [...text.matchAll(/`([^`]+)`/g)].map(([, command = '']) => command))
      .filter((command) => programs.test(command))
      .flatMap((command) => printed(`code ${code}`, [filled(command)])),
  );
