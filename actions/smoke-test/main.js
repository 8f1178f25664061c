'use strict';
require('../../dist/index.js').smokeTest();
