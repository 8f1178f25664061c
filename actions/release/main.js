require('../../dist/index.js').release();
