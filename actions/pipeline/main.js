require('../../dist/index.js').pipeline();
