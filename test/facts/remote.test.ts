import { describe, expect, it } from 'vitest';
import { addressWithPath, parseRemote } from '../../src/facts/remote.ts';

describe('the address of a remote', () => {
  it.each([
    ['https://gitlab.com/group/proj.git', 'https://gitlab.com', 'group/proj'],
    ['https://gitlab.com/group/sub/proj/', 'https://gitlab.com', 'group/sub/proj'],
    ['https://user:secret@gitlab.com/group/proj.git', 'https://gitlab.com', 'group/proj'],
    ['https://oauth2:glpat-x@host:8443/gitlab/group/proj', 'https://host:8443', 'gitlab/group/proj'],
    ['http://127.0.0.1:8080/group/proj.git', 'http://127.0.0.1:8080', 'group/proj'],
    ['git@gitlab.com:group/sub/proj.git', 'https://gitlab.com', 'group/sub/proj'],
    ['gitlab.example.com:group/proj', 'https://gitlab.example.com', 'group/proj'],
    ['ssh://git@gitlab.example.com:2222/group/proj.git', 'https://gitlab.example.com', 'group/proj'],
    ['ssh://git@altssh.gitlab.com:443/group/proj.git', 'https://gitlab.com', 'group/proj'],
    ['[git@gitlab.example.com:2222]:group/proj.git', 'https://gitlab.example.com', 'group/proj'],
    ['git@[::1]:group/proj.git', 'https://[::1]', 'group/proj'],
    ['git@GitLab.com:Group/Proj.git', 'https://gitlab.com', 'Group/Proj'],
  ])('%s', (address, origin, path) => {
    const project = parseRemote(address);
    expect(project).toMatchObject({ origin, path });
    expect(JSON.stringify(project)).not.toMatch(/secret|glpat/);
  });

  it.each([
    '/srv/git/proj.git',
    '../proj',
    'file:///srv/proj.git',
    'C:\\proj',
    'C:/group/proj',
    'git@host:proj',
    'https://glpat-x/y@gitlab.com/group/proj.git',
    'oauth2:glpat-x/y@gitlab.com:group/proj.git',
    'git@ho<st:group/proj',
  ])('%s names no project', (address) => {
    expect(parseRemote(address)).toBeUndefined();
  });
});

describe('the address of a project that has moved', () => {
  it.each([
    ['https://gitlab.com/old/proj.git', 'https://gitlab.com/new/team/proj.git'],
    ['https://oauth2:glpat-secret@host:8443/gitlab/Old/Proj', 'https://host:8443/gitlab/new/team/proj'],
    ['https://glpat-secret@host/old/proj/', 'https://host/new/team/proj/'],
    ['git@gitlab.com:old/proj.git', 'git@gitlab.com:new/team/proj.git'],
    ['git:secret@gitlab.com:old/proj.git', 'git@gitlab.com:new/team/proj.git'],
    [
      'ssh://git:secret@gitlab.example.com:2222/old/proj.git',
      'ssh://git@gitlab.example.com:2222/new/team/proj.git',
    ],
    ['[git@gitlab.example.com:2222]:old/proj', '[git@gitlab.example.com:2222]:new/team/proj'],
  ])('%s', (address, moved) => {
    expect(addressWithPath(address, 'old/proj', 'new/team/proj')).toBe(moved);
  });

  it.each(['git@gitlab.com:very-old/proj.git', 'https://gitlab.com/old/proj2', 'proj'])(
    'is unknown for %s',
    (address) => {
      expect(addressWithPath(address, 'old/proj', 'new/proj')).toBeUndefined();
    },
  );
});
