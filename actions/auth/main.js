'use strict';
require('../../dist/index.js').auth();
