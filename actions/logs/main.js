require('../../dist/index.js').logs();
