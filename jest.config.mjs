export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.mjs' },
  // Ends a test that hangs. Long, because a busy machine may need many times what an idle one does.
  testTimeout: 300_000,
};
