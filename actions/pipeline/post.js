require('../../dist/index.js').pipelinePost();
