require('../../dist/index.js').drillPost();
