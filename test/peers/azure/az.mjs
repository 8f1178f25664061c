/**
 * A stand-in for `az`, for a machine without Azure: it takes the command lines that Azure documents, refuses every other, and keeps its
 * directory in the file of AZ_STATE. The parameters of each command, and which are required:
 * https://learn.microsoft.com/en-us/cli/azure/ad/app/federated-credential#az-ad-app-federated-credential-create
 * https://learn.microsoft.com/en-us/cli/azure/ad/app#az-ad-app-show
 * https://learn.microsoft.com/en-us/cli/azure/account#az-account-show
 * https://learn.microsoft.com/en-us/cli/azure/role/assignment#az-role-assignment-create
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = process.env.AZ_STATE;
const state = JSON.parse(readFileSync(file, 'utf8'));
const end = (code, text) => {
  console.error(text);
  process.exit(code);
};

/** Roles that Azure has: https://learn.microsoft.com/en-us/azure/role-based-access-control/built-in-roles/monitor */
const roles = ['Monitoring Contributor', 'Monitoring Data Reader', 'Monitoring Reader'];
const scope = /^\/subscriptions\/[\w-]+(\/resourceGroups\/[\w.()-]+(\/providers\/[\w.]+(\/[\w.-]+){2,})?)?$/;

const commands = {
  'ad app federated-credential create': {
    needs: ['id', 'parameters'],
    takes: ['acquire-policy-token', 'change-reference'],
    run: ({ id, parameters }) => {
      const app = state.apps[id] ?? end(3, `Resource '${id}' does not exist.`);
      // https://learn.microsoft.com/en-us/graph/api/resources/federatedidentitycredential
      const { name, issuer, subject, audiences, ...others } = JSON.parse(parameters);
      if (Object.keys(others).some((key) => key !== 'description')) end(1, `Unknown: ${Object.keys(others)}`);
      if (!/^[\w-]{3,120}$/.test(name)) end(1, `The name is not URL friendly: ${name}`);
      if (!/^https:\/\//.test(issuer) || !subject || !Array.isArray(audiences) || audiences.length !== 1)
        end(1, 'issuer, subject and one audience are required.');
      const one = { name, issuer, subject, audience: audiences[0] };
      if (app.credentials.some((other) => other.name === name))
        end(1, `FederatedIdentityCredential with name ${name} already exists.`);
      if (app.credentials.some((other) => other.issuer === issuer && other.subject === subject))
        end(1, 'FederatedIdentityCredential with this issuer and subject already exists on the app.');
      app.credentials.push(one);
      return { name, issuer, subject, audiences };
    },
  },
  'ad app show': {
    needs: ['id'],
    takes: [],
    run: ({ id }) => {
      const app = state.apps[id] ?? end(3, `Resource '${id}' does not exist.`);
      return { appId: id, displayName: app.displayName };
    },
  },
  'account show': { needs: [], takes: ['name'], run: () => ({ id: 'sub', tenantId: state.tenant }) },
  'role assignment create': {
    needs: ['role', 'scope'],
    takes: [
      ...['assignee', 'assignee-object-id', 'assignee-principal-type', 'condition', 'condition-version'],
      ...['description', 'name'],
    ],
    run: ({ role, scope: on, assignee }) => {
      if (!roles.includes(role)) end(1, `Role '${role}' doesn't exist.`);
      if (!scope.test(on)) end(1, `The scope is no resource id: ${on}`);
      if (!state.apps[assignee])
        end(1, `Cannot find user or service principal in graph database for '${assignee}'.`);
      state.assignments.push(`${role} on ${on} for ${assignee}`);
      return { scope: on };
    },
  },
};

/** Every command has these; the first three take no word. */
const switches = ['debug', 'only-show-errors', 'verbose'];
const everywhere = ['output', 'query', 'subscription'];

const words = process.argv.slice(2);
const first = words.findIndex((word) => word.startsWith('-'));
const path = (first < 0 ? words : words.slice(0, first)).join(' ');
const command = commands[path] ?? end(2, `'${path}' is misspelled or not recognized by the system.`);
const given = {};
for (let at = first < 0 ? words.length : first; at < words.length; at++) {
  const name = words[at].replace(/^--/, '');
  if (switches.includes(name)) continue;
  if (!words[at].startsWith('--') || ![...command.needs, ...command.takes, ...everywhere].includes(name))
    end(2, `unrecognized arguments: ${words[at]}`);
  if (words[at + 1] === undefined || words[at + 1].startsWith('--'))
    end(2, `argument --${name}: expected one argument`);
  given[name] = words[++at];
}
const missing = command.needs.filter((name) => given[name] === undefined);
if (missing.length > 0)
  end(2, `the following arguments are required: ${missing.map((name) => `--${name}`).join(', ')}`);

/** Two forms of JMESPath (https://jmespath.org/specification.html): an identifier, and a multi-select hash of identifiers. */
function queried(answer, query) {
  if (query === undefined) return answer;
  if (/^\w+$/.test(query)) return answer[query] ?? null;
  const [, inner] =
    /^\{(\w+:\w+(?:,\w+:\w+)*)\}$/.exec(query) ??
    end(2, `argument --query: invalid jmespath_type value: ${query}`);
  return Object.fromEntries(
    inner
      .split(',')
      .map((pair) => pair.split(':'))
      .map(([key, of]) => [key, answer[of] ?? null]),
  );
}

console.log(JSON.stringify(queried(command.run(given), given.query)));
writeFileSync(file, JSON.stringify(state));
