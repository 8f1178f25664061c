require('../../dist/index.js').slo();
