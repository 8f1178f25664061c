require('../../dist/index.js').model();
