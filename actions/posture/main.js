require('../../dist/index.js').posture();
