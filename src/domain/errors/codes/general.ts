import { product } from '../../product.ts';
import type { ErrorEntries } from '../entry.ts';

/** Errors of any action. */
export const generalErrors = {
  'input-invalid': {
    title: 'One or more inputs are wrong',
    why: 'An input has a value that the action cannot use, is missing, or contradicts another input.',
    check:
      'The log lists every input that is wrong, with its value and what is expected. `docs/reference/inputs.md` has all inputs.',
    fix: 'Correct the inputs named above.',
    inMessages: ['fix'],
  },
  internal: {
    title: 'A bug in these actions',
    why: `This is a bug in ${product}, not in your workflow.`,
    check: 'The step prints the stack if debug logging is on (re-run with "Enable debug logging").',
    fix: 'Please open an issue with this log.',
    inMessages: ['why', 'fix'],
  },
  'runner-file': {
    title: 'A file or folder of the runner cannot be used',
    why: 'The system of the runner refused to read or write it: the disk is full, the folder is read-only, or it was removed.',
    check:
      'The message names the file if the system does. On the same runner: `df -h` and `ls -ld "$RUNNER_TEMP"`.',
    fix: 'Free space on the runner, or make the file or folder writable, then run the job again.',
    inMessages: ['fix'],
  },
  'runner-node': {
    title: 'The runner started the action with an old Node',
    why: "GitHub's runner brings Node 24 itself, from version 2.327.1 on. act, Gitea and Forgejo start the `node` of the machine or of the job's image.",
    check: 'In the same job: `node --version`.',
    fix: 'On GitHub, update the runner to 2.327.1 or later. Elsewhere, use a machine or an image with Node 24, such as `node:24-bookworm`. actions/setup-node does not help, because the runner looks for Node before the first step.',
    inMessages: ['fix'],
  },
  cancelled: {
    title: 'The run was cancelled',
    why: 'The runner sent a signal to stop.',
    check:
      "The run's page says who cancelled it, or that a newer run of the same concurrency group did. A job also ends at its `timeout-minutes`.",
    fix: 'You need not do anything if you cancelled it yourself. A release that was under way is settled by its post step or by the next release.',
    inMessages: ['why'],
  },
  'deadline-exceeded': {
    title: 'Something took longer than its limit',
    why: 'Every wait has a limit, so that a job never hangs. The message names what was waited for.',
    check: 'The last log lines before the error show what had been reached, and when.',
    fix: 'Run the job again. If it happens again, raise the limit that the message names, or look at what is slow.',
  },
  'network-failed': {
    title: 'A server could not be reached',
    why: 'The connection failed before an answer arrived.',
    check: 'On the same runner: `curl --head https://cloudfunctions.googleapis.com/`.',
    fix: 'Check the network of the runner, then run the job again.',
    inMessages: ['why', 'fix'],
  },
  'proxy-invalid': {
    title: 'A variable does not name a proxy that can be used',
    why: 'HTTPS_PROXY, HTTP_PROXY or ALL_PROXY has a value that is not the address of an http or https proxy.',
    check: 'The message names the variable. Its value is not shown, because it may hold a password.',
    fix: 'Set the variable to an address such as http://proxy.example.com:3128, or remove it.',
  },
  'proxy-refused': {
    title: 'The proxy of the runner did not connect',
    why: 'The answer came from the proxy, not from Google Cloud.',
    check:
      'The message has the status of the proxy. On the same runner: `curl --head --verbose https://cloudfunctions.googleapis.com/`.',
    fix: 'Correct what the message names: user and password, a host that the proxy has to allow, or its address.',
    inMessages: ['why'],
  },
  'certificate-refused': {
    title: 'The certificate of a server is not trusted',
    why: 'No authority that this runner knows has signed it.',
    check:
      'This shows who signs the certificate: `openssl s_client -connect cloudfunctions.googleapis.com:443 -showcerts </dev/null`.',
    fix: 'If a company proxy or server uses an authority of its own, set NODE_EXTRA_CA_CERTS to the PEM file of that authority under `env:` of the job.',
    inMessages: ['why', 'fix'],
  },
  'request-invalid': {
    title: 'A request cannot be sent',
    why: 'A token or an address holds a character that HTTP does not allow, such as a line break.',
    check: 'Look for a secret that was pasted with a line break at its end.',
    fix: 'Set the secret again without line breaks and control characters.',
    inMessages: ['why', 'fix'],
  },
  'response-too-large': {
    title: 'An answer was larger than allowed',
    why: 'Every answer has a size limit, so that a server cannot fill the memory of the runner.',
    check: 'The message names the address and the limit.',
    fix: 'Check that the address belongs to the server that you mean.',
  },
  'response-malformed': {
    title: 'An answer could not be read',
    why: 'The server sent something that its API does not document.',
    check:
      'The message names the call. An answer that is HTML comes from a proxy between the runner and Google.',
    fix: 'Run the job again. If it happens again, open an issue with the report file.',
    inMessages: ['why'],
  },
  'redirect-refused': {
    title: 'A redirect was refused',
    why: 'Redirects are not followed, so that a token never reaches another host.',
    check:
      '`curl --head ADDRESS` on the same runner shows where the redirect leads. A sign-in page is a proxy or Identity-Aware Proxy.',
    fix: 'Use the address that the redirect points to, if you trust it.',
    inMessages: ['why'],
  },
  'endpoint-refused': {
    title: 'An endpoint was refused',
    why: 'Only https endpoints may receive a token.',
    check:
      'Look for `GHA_ENDPOINT_OVERRIDE_` variables, for `universe`, and for addresses that begin with http://.',
    fix: 'Correct the address. Plain http is allowed for the local sandbox only.',
    inMessages: ['why'],
  },
  'remote-error': {
    title: 'A Google Cloud API answered with an error',
    why: "The message quotes Google's answer.",
    check:
      'The status tells them apart: 400 is the request, 409 another change, 429 a quota, 500 and above Google itself (https://status.cloud.google.com).',
    fix: 'Correct what the message names. If Google reports an outage, run the job again later.',
  },
  'permission-denied': {
    title: 'A permission is missing',
    why: 'Google refused a call because the identity of this job lacks a permission.',
    check:
      'The message names the permission and the identity. `gcloud projects get-iam-policy PROJECT --flatten="bindings[].members" --filter="bindings.members:IDENTITY"` lists its roles.',
    fix: 'Grant the role that the message names to the identity of this job.',
  },
  'not-found': {
    title: 'Something does not exist',
    why: 'The project, region, function or revision that was named does not exist, or this identity may not see it.',
    check: '`gcloud functions list --project=PROJECT` shows every function with its region.',
    fix: 'Correct the name, the region or the project.',
  },
} as const satisfies ErrorEntries;
