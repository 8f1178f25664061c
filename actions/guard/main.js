'use strict';
require('../../dist/index.js').guard();
