{
  # node-gyp delegates to the one CMake build (CMakeLists.txt).
  'targets': [
    {
      'target_name': 'bornagain',
      'type': 'none',
      'actions': [
        {
          'action_name': 'cmake',
          'message': 'Building the addon with CMake',
          'inputs': ['CMakeLists.txt'],
          # The name of a file that is never made: CMake decides what is out of date.
          'outputs': ['<(INTERMEDIATE_DIR)/always'],
          'action': ['node', 'scripts/gyp.mjs'],
        },
      ],
    },
  ],
}
