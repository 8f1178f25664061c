require('../../dist/index.js').check();
