'use strict';
require('../../dist/index.js').authPost();
