require('../../dist/index.js').deploy();
