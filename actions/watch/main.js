'use strict';
require('../../dist/index.js').watch();
