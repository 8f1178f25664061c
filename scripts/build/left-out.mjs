// What the bundle does not carry of the packages it holds: code that none of our calls can reach. A file of a package, or
// a package that it asks for, is replaced by a stand-in. What a stand-in cannot do, it refuses by name.

/** The body of a class that nothing may make. */
const refuses = (name) => `{ constructor() { throw new Error('${name} is not in this bundle.'); } }`;

/** Nothing makes one of these: the code around it only asks whether a call is one, or never gets there. */
const unusedClass = (name) => `class ${refuses(name)}`;

/**
 * By package, then by the file of it that is replaced. `node_modules/NAME` is a package that it asks for. A stand-in is
 * the text of a module, or a table of what the module exports.
 */
export const leftOut = {
  'google-gax': {
    // Classes made from protos, two thirds of the package. The clients read the same protos as JSON, which stays.
    'build/protos/iam_service.js': {},
    'build/protos/locations.js': {},
    'build/protos/operations.js': {},
    // Uploads that can be continued. No method of Cloud Functions is one.
    'build/src/resumableUpload.js': {
      ResumableUploadDescriptor: unusedClass('ResumableUploadDescriptor'),
      ResumableUploadSession: unusedClass('ResumableUploadSession'),
      ResumableUploadState: '{}',
      resumableUploadStub: '() => { throw new Error("resumableUploadStub is not in this bundle."); }',
    },
    'build/src/resumableSourceFromFile.js': {
      resumableSourceFromFile: '() => { throw new Error("resumableSourceFromFile is not in this bundle."); }',
    },
    // Logins and their HTTP client. The client library gets our transport instead, which logs in itself.
    'node_modules/google-auth-library': { GoogleAuth: unusedClass('GoogleAuth') },
    // Streams. No method of Cloud Functions streams.
    'node_modules/duplexify': `module.exports = ${unusedClass('duplexify')};\n`,
    'node_modules/retry-request':
      'module.exports = () => { throw new Error("retry-request is not in this bundle."); };\n',
    // Without the parser of .proto files: the protos come as JSON.
    'node_modules/protobufjs': "module.exports = require('{packages}/protobufjs/light.js');\n",
  },
  // Octokit gets our own fetch and its proxies. The client makes an agent for a proxy when it is loaded, and never uses it.
  '@actions/github': {
    'node_modules/undici': [
      'export class ProxyAgent {}',
      'export const fetch = () => { throw new Error("undici is not in this bundle."); };',
      '',
    ].join('\n'),
  },
  // The runner's token, which we read by our own HTTP stack, and questions to the operating system.
  '@actions/core': {
    'lib/oidc-utils.js': `export class OidcClient ${refuses('OidcClient')}\n`,
    'lib/platform.js': 'export {};\n',
  },
};
