'use strict';
require('../../dist/index.js').deploy();
