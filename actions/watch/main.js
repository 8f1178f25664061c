require('../../dist/index.js').watch();
