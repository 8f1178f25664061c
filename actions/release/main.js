'use strict';
require('../../dist/index.js').release();
