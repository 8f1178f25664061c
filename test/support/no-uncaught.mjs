// Loaded with --import. An error that nothing but the handler of last resort would catch ends the process with code 70.
process.on('uncaughtExceptionMonitor', () => process.exit(70));
