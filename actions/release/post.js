'use strict';
require('../../dist/index.js').releasePost();
