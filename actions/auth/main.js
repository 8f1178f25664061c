require('../../dist/index.js').auth();
