require('../../dist/index.js').doctor();
