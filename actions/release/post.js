require('../../dist/index.js').releasePost();
