'use strict';
require('../../dist/index.js').rollback();
