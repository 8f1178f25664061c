require('../../dist/index.js').gateway();
