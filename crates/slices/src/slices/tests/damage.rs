//! Journals that are cut or flipped anywhere, volumes that are, and what a loss of power leaves.

use std::fs;
use std::path::Path;

use super::*;
use crate::Lost;

/// A folder whose journal has a few records, and what was kept after each of them: journal's length, and the model.
fn history() -> (Bench, Vec<(u64, Model)>) {
    let bench = Bench::new();
    let mut model = Model::default();
    let mut after = vec![(28, model.clone())];
    let mut change = |model: &mut Model, change: &dyn Fn(&mut Model, &Slices)| {
        change(model, &bench.slices);
        let length = fs::metadata(bench.folder.path().join("journal")).unwrap().len();
        after.push((length, model.clone()));
    };
    change(&mut model, &|model, slices| model.put_object(slices, object("a", 9000, "1")).unwrap());
    change(&mut model, &|model, slices| model.put(slices, "a", 0).unwrap());
    change(&mut model, &|model, slices| model.put_object(slices, object("b", 70_000, "1")).unwrap());
    change(&mut model, &|model, slices| model.put(slices, "b", 0).unwrap());
    change(&mut model, &|model, slices| model.put_object(slices, object("a", 9000, "2")).unwrap());
    change(&mut model, &|model, slices| model.put_object(slices, object("c", 5, "1")).unwrap());
    change(&mut model, &|model, slices| model.put(slices, "c", 0).unwrap());
    change(&mut model, &|model, slices| model.remove_object(slices, "b").unwrap());
    (bench, after)
}

/// A copy of a cache's folder, which a test can harm.
fn copy_of(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    fs::create_dir(copy.path().join("volumes")).unwrap();
    fs::copy(folder.join("journal"), copy.path().join("journal")).unwrap();
    for entry in fs::read_dir(folder.join("volumes")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join("volumes").join(entry.file_name())).unwrap();
    }
    copy
}

/// Opens a folder that was harmed, sees that there are only right bytes, and that it can be used and opened again.
fn check_usable(folder: &tempfile::TempDir) -> Recovered {
    let (slices, recovered) = Slices::open(options(folder)).unwrap();
    check_bytes(&slices);
    put_whole(&slices, object("new", 5, "1"));
    let usage = slices.usage();
    drop(slices);
    let (slices, again) = Slices::open(options(folder)).unwrap();
    assert_eq!((again.usage, again.lost), (usage, Lost::default()));
    assert_eq!(check_bytes(&slices), 0);
    recovered
}

#[test]
fn a_journal_cut_anywhere_tells_all_that_came_before() {
    let (bench, after) = history();
    let (last, _) = *after.last().unwrap();
    for cut in 0..=last {
        let folder = copy_of(bench.folder.path());
        fs::OpenOptions::new().write(true).open(folder.path().join("journal")).unwrap().set_len(cut).unwrap();
        let (slices, recovered) = Slices::open(options(&folder)).unwrap();
        let told = after.iter().rfind(|(length, _)| *length <= cut);
        let expected = Lost {
            journal: told.is_none(),
            journal_bytes: told.map_or(0, |(length, _)| cut - length),
            ..recovered.lost.clone()
        };
        assert_eq!(recovered.lost, expected, "cut at {cut}");
        let objects = told.map_or(0, |(_, model)| model.count());
        assert_eq!(slices.usage().objects, objects as u64, "cut at {cut}");
        drop(slices);
        check_usable(&folder);
    }
}

#[test]
fn a_bit_flipped_anywhere_in_the_journal_gives_no_wrong_byte() {
    let (bench, after) = history();
    let (last, _) = *after.last().unwrap();
    for bit in (0..last).map(|byte| byte * 8 + byte % 8) {
        let folder = copy_of(bench.folder.path());
        flip(&folder.path().join("journal"), bit);
        let (slices, recovered) = Slices::open(options(&folder)).unwrap();
        let lost = recovered.lost;
        assert!(lost.journal_bytes > 0 || lost.journal, "bit {bit} was not found out");
        check_bytes(&slices);
    }
}

#[test]
fn a_bit_flipped_anywhere_in_a_slice_is_found_out() {
    let bench = Bench::new();
    let known = put_whole(&bench.slices, object("a", 70_000, "1")).known;
    let bytes = 70_000 + 2 * 16;
    for byte in (0..bytes).step_by(997).chain(bytes - 40..bytes) {
        let kept = bench.slices.find(&known, 0).unwrap();
        flip(&kept.entry.volume.path, (kept.offset() + byte) * 8 + byte % 8);
        assert_eq!(bench.slices.verify(known.slice(0)), Verdict::Damaged, "byte {byte}");
        assert!(bench.slices.find(&known, 0).is_none());
        put(&bench.slices, &known, 0).unwrap();
    }
}

#[test]
fn a_volume_without_its_beginning_is_none() {
    let (bench, _) = history();
    for bit in 0..16 * 8 {
        let folder = copy_of(bench.folder.path());
        flip(&folder.path().join("volumes/00000001.volume"), bit);
        let lost = check_usable(&folder).lost;
        assert_eq!(lost, Lost { volumes: 1, slices: 1, ..Lost::default() }, "bit {bit}");
    }
}

#[test]
fn what_a_loss_of_power_leaves_has_no_wrong_byte() {
    let bench = Bench::new();
    for number in 0..6 {
        put_whole(&bench.slices, object(&number.to_string(), 400_000, "1"));
        bench.slices.remove_object(&(number - 3).to_string());
    }
    let mut damaged = 0;
    for seed in 0..20 {
        let folder = copy_of(bench.folder.path());
        lose_power(&folder, &mut stdx::random::Random::new(seed));
        let (slices, _) = Slices::open(options(&folder)).unwrap();
        damaged += check_bytes(&slices);
        drop(slices);
        check_usable(&folder);
    }
    assert!(damaged > 0, "the test harms something");
}

/// Some pages never came to the disk, and files end early.
fn lose_power(folder: &tempfile::TempDir, random: &mut stdx::random::Random) {
    use std::os::unix::fs::FileExt;
    for name in ["journal", "volumes/00000001.volume", "volumes/00000002.volume"] {
        let file = fs::OpenOptions::new().write(true).open(folder.path().join(name)).unwrap();
        let pages = file.metadata().unwrap().len() / PAGE_BYTES;
        let lost = if pages > 1 { random.between(0, 3) } else { 0 };
        for _ in 0..lost {
            let page = random.between(1, pages as usize - 1) as u64;
            file.write_all_at(&[0; PAGE_BYTES as usize], page * PAGE_BYTES).unwrap();
        }
        if random.chance(0.3) {
            let length = file.metadata().unwrap().len();
            file.set_len(random.between(length as usize / 2, length as usize) as u64).unwrap();
        }
    }
}

/// Slices are lost with the end of a volume, and noting that fails: what comes later is not taken for them.
#[test]
fn places_of_lost_slices_go_to_no_other() {
    let bench = Bench::new();
    put_whole(&bench.slices, object("stays", 70_000, "1"));
    put_whole(&bench.slices, object("lost", 70_000, "1"));
    for at in 1..20 {
        let folder = copy_of(bench.folder.path());
        let volume = folder.path().join("volumes/00000001.volume");
        fs::OpenOptions::new().write(true).open(volume).unwrap().set_len(80_000).unwrap();
        let disk = Arc::new(Faulty::new(Fault::Once(at), std::io::ErrorKind::StorageFull));
        let Ok((slices, _)) = crate::recover::open(options(&folder), disk) else { continue };
        let put_all = |key: &str| {
            let known = slices.put_object(object(key, 70_000, "1"))?.known;
            put(&slices, &known, 0)
        };
        for key in ["new", "newer"] {
            let _ = put_all(key);
        }
        drop(slices);
        let (slices, _) = Slices::open(options(&folder)).unwrap();
        check_bytes(&slices);
        assert_eq!(check_bytes(&slices), 0, "fault {at}: the first look harmed what it found sound");
    }
}

#[test]
fn a_layout_of_others_is_refused() {
    let (bench, _) = history();
    let folder = copy_of(bench.folder.path());
    let journal = folder.path().join("journal");
    let mut bytes = fs::read(&journal).unwrap();
    bytes[8] = 2;
    let sum = blake3::hash(&bytes[..20]);
    bytes[20..28].copy_from_slice(&sum.as_bytes()[..8]);
    fs::write(&journal, bytes).unwrap();
    let error = Slices::open(options(&folder)).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::OtherLayout { version: 2, .. }), "{error}");
}
