require('../../dist/index.js').guard();
