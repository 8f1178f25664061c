require('../../dist/index.js').rollback();
