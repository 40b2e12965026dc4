//! Settings of every command: folders, the log, certificates, the master key.

use super::super::Setting;
use super::super::values::{put, put_list, put_or_none};

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "data.dir",
        help: "Folder with everything that Matinee keeps: masters, steps, packages, the database.",
        get: |c| c.data_dir.display().to_string(),
        set: |c, v| put(&mut c.data_dir, v),
    },
    Setting {
        key: "tools.dir",
        help: "Folder with ffmpeg and ffprobe. Empty: looked for beside the program, then in PATH.",
        get: |c| c.tools_dir.as_ref().map(|dir| dir.display().to_string()).unwrap_or_default(),
        set: |c, v| put_or_none(&mut c.tools_dir, v),
    },
    Setting {
        key: "log.level",
        help: "What is logged on standard error: error, warn, info, debug or trace, also by room (`edge=debug`).",
        get: |c| c.log.clone(),
        set: |c, v| put(&mut c.log, v),
    },
    Setting {
        key: "tls.roots",
        help: "Files with root certificates (PEM) that are trusted beside the public ones, with commas between, when other servers are asked: to check films, and by licence services.",
        get: |c| c.tls_roots.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(","),
        set: |c, v| put_list(&mut c.tls_roots, v),
    },
    Setting {
        key: "keys.file",
        help: "File with the master key that opens all content keys; made at the first need, for its owner alone. Empty: beside the data folder, `DATA.master-key`, so that a copy of the folder does not hold it.",
        get: |c| c.keys_file.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
        set: |c, v| put_or_none(&mut c.keys_file, v),
    },
    Setting {
        key: "keys.master",
        help: "The master key itself instead of a file, best given in the environment: 64 hexadecimal digits; older ones after it, with commas between.",
        get: |c| c.keys_master.0.clone(),
        set: |c, v| {
            v.clone_into(&mut c.keys_master.0);
            Ok(())
        },
    },
];
