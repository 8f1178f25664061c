require('../../dist/index.js').smokeTest();
