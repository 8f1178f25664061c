require('../../dist/index.js').capacity();
