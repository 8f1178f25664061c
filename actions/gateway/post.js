require('../../dist/index.js').gatewayPost();
