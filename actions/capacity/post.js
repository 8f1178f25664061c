require('../../dist/index.js').capacityPost();
