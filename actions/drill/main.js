require('../../dist/index.js').drill();
