require('../../dist/index.js').authPost();
